"""The sentences that tell an editor what to ask a paper's authors, or what to look at."""

from __future__ import annotations

from collections.abc import Sequence

ASKS: dict[str, str] = {
    "damaged": "Ask for the file again: not all of it can be read.",
    "not_an_agreement": "Ask for the signed agreement: this file is something else.",
    "other_form": "Ask for the agreement on the form expected, or settle that this one will do.",
    "terms_altered": "Ask for an agreement whose printed terms are unaltered.",
    "unknown_paper": "Find out which paper the file belongs to.",
    "paper_mismatch": "Ask which paper the file is for.",
    "same_file": "Ask for this paper's own agreement: the same file came in for another one.",
    "same_signing_page": "Ask for a page that was signed for this paper.",
    "not_counted": "Ask for nothing: another file of this paper counts.",
    "signer_unknown": "Ask who signed, and for which authors.",
    "title_differs": "Ask which title is right, the roster's or the form's.",
    "title_cut_off": "Look at the title: only its beginning stands on the form.",
    "author_blank": "Ask for the authors' names on the form.",
    "title_blank": "Ask for the paper's title on the form.",
    "undated": "Ask for the date of the signature.",
    "illegible_date": "Look at the date, and ask for it where you cannot read it either.",
    "year_slip": "Ask the signer to confirm the year that was meant.",
    "month_slip": "Ask the signer to confirm the month that was meant.",
    "day_slip": "Ask the signer to confirm the day that was meant.",
    "swapped_slip": "Ask the signer to confirm which is the day, and which the month.",
    "ambiguous_order": "Ask the signer which is the day, and which the month.",
    "incomplete_date": "Ask for the whole date.",
    "unexpected_date": "Ask whether the date is right.",
    "uncertain_date": "Look at the date: it was not surely read.",
    "certificate_altered": "Ask for a file that was not changed after it was signed.",
    "unsigned": "Ask for the signature.",
    "signature_unclear": "Look at the page: is it signed?",
    "signature_displaced": "Look at the page: is the signature where another entry belongs?",
    "void_decision": "Look at the new file: an earlier decision is about another content.",
}
"""One sentence for every flag code, in the order of `decision.flags.CODES`."""
MISSING = "Ask for the signed agreement."
"""The sentence for a paper without a file."""
DUPLICATE = "Look whether the right one of the files counts."
"""The sentence for a paper with several files."""


def asked_of(state: str, codes: Sequence[str]) -> str:
    """The sentences for a paper, joined by blanks; "" when there is nothing to ask.

    `state` is the paper's state in papers.csv, `codes` are the flags of its file that
    are more than notes. Raises KeyError for an unknown flag code.
    """
    if state == "missing":
        return MISSING
    sentences = [DUPLICATE] if state == "duplicate" else []
    return " ".join([*sentences, *(ASKS[code] for code in codes)])
