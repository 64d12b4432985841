"""The calibration of dates: labelled dates, and the fit of the maps on them."""
