"""The codes of all flags: what each of them means, and how grave it is."""

from __future__ import annotations

from ocr_extract.records import Severity

CODES: dict[str, str] = {
    "damaged": "something of the file could not be read",
    "not_an_agreement": "no signing block was found",
    "other_form": "another form than the one expected",
    "terms_altered": "the printed terms are not the form's own",
    "unknown_paper": "no paper of the roster is known by the file's name or its content",
    "paper_mismatch": "the file's name says one paper, its content another",
    "same_file": "the very same file came in for another paper, too",
    "same_signing_page": "the same signing page came in under another title, too",
    "not_counted": "another file of the same paper counts",
    "signer_unknown": "nobody named on the form is one of the paper's authors",
    "title_differs": "the title is not the roster's",
    "title_cut_off": "only the beginning of the title stands there",
    "author_blank": "no author is named",
    "title_blank": "no title is given",
    "undated": "no date was found",
    "illegible_date": "the date cannot be read as it stands",
    "year_slip": "the year is probably a slip of the pen",
    "month_slip": "the month is probably a slip of the pen",
    "day_slip": "the day is none of its month",
    "swapped_slip": "day and month probably changed places",
    "ambiguous_order": "day and month can be exchanged",
    "incomplete_date": "a part of the date is missing",
    "unexpected_date": "the date lies far from the volume's",
    "uncertain_date": "the date was read, but not surely",
    "certificate_altered": "the file was changed after it was signed by certificate",
    "unsigned": "no signature was found",
    "signature_unclear": "it cannot be told whether it is signed",
    "signature_displaced": "the signature stands on another field's line",
    "void_decision": "a person's decision is about a content that is no longer there",
}
"""Every flag code with its meaning. The order is the order of the flags of a record: a person
looks at the first ones first. docs/flags.md has the same list."""
SEVERITIES: dict[str, Severity] = {
    **dict.fromkeys(CODES, "review"),
    "not_an_agreement": "reject",
    "signature_displaced": "note",
    "void_decision": "note",
}
"""The severity of every flag code where neither the settings nor the case itself say otherwise
(chosen). docs/flags.md says which cases do."""
