"""`ocr-extract notify`: prepares messages, shows the outbox, sends what is prepared."""

from __future__ import annotations

from dataclasses import replace

from ocr_extract.cli.called import as_called, program
from ocr_extract.cli.notify_lines import line_of
from ocr_extract.cli.notify_options import NotifyOptions
from ocr_extract.cli.terminal import print_unwrapped
from ocr_extract.cli.user import user_name
from ocr_extract.errors import BadMessage, ExitCode, UsageError
from ocr_extract.messages import outbox
from ocr_extract.messages.addresses import checked_address, read_addresses
from ocr_extract.messages.drafts import write_drafts
from ocr_extract.messages.gather import keys_of, shown, shown_all
from ocr_extract.messages.templates import Templates, write_templates
from ocr_extract.reports.plain import counted
from ocr_extract.volume.ledger import Ledger

UNKNOWN_ADVICE = (
    "Nobody knows whether it arrived. Look for it in the mail server's log or ask, then type"
    " `ocr-extract notify --mark-sent {number}` or `ocr-extract notify --send-again {number}`."
)
"""What to do with a message of which it is not known whether it arrived."""
CORRECT = "Correct it in the roster, or give --addresses FILE."
"""What to do with a text in the roster that is no address."""


def notify(options: NotifyOptions) -> ExitCode:
    """Do what the options say. The exit code says whether a message needs a person. Raises
    OcrExtractError on wrong use.
    """
    _require_one_thing(options)
    if options.edit_templates is not None:
        written = write_templates(options.edit_templates)
        print_unwrapped(f"{counted(len(written), 'template')} written to {options.edit_templates}.")
        return ExitCode.ALL_ACCEPTED
    if options.webhook:
        from ocr_extract.messages.webhook import checked_url  # noqa: PLC0415  slow

        checked_url(options.webhook)
    with options.opened() as ledger:
        _decide(ledger, options)
        if options.who is not None:
            _prepare(ledger, options)
        if options.send:
            from ocr_extract.cli.notify_send import send_prepared  # noqa: PLC0415  slow

            send_prepared(ledger, options)
        elif options.who is None and options.mark_sent is None and options.send_again is None:
            _list(ledger)
        if options.out.is_dir() and not options.only_shows:
            for draft in write_drafts(ledger, options.out):
                print_unwrapped(f"Draft: {draft}")
        return _exit_code(ledger)


def _require_one_thing(options: NotifyOptions) -> None:
    """Raises UsageError when an option that only shows stands beside one that changes something."""
    changes = options.who is not None or options.mark_sent is not None
    changes = changes or options.send_again is not None or options.edit_templates is not None
    if options.list_only and (changes or options.send):
        advice = "Type `ocr-extract notify --list` alone; `ocr-extract notify authors` prepares."
        raise UsageError("--list only shows the outbox.", advice)
    if options.dry_run and changes:
        advice = (
            "Prepare first, which sends nothing; then type `ocr-extract notify --send --dry-run`."
        )
        raise UsageError("--dry-run changes nothing in the outbox, and prepares nothing.", advice)


def _exit_code(ledger: Ledger) -> ExitCode:
    """Whether a message failed, or nobody knows whether it arrived."""
    needs_a_person = any(m.state in ("failed", "unknown") for m in ledger.messages.all())
    return ExitCode.NEEDS_A_PERSON if needs_a_person else ExitCode.ALL_ACCEPTED


def _decide(ledger: Ledger, options: NotifyOptions) -> None:
    """Store what a person says became of a message."""
    from ocr_extract.messages.delivery import decide, require_next  # noqa: PLC0415  slow

    # Both are checked before one of them is stored.
    if options.mark_sent is not None:
        require_next(ledger.messages.of(options.mark_sent), "sent")
    if options.send_again is not None:
        require_next(ledger.messages.of(options.send_again), "prepared")
    if options.mark_sent is not None:
        message = decide(ledger, options.mark_sent, "sent", options.person or user_name())
        print_unwrapped(f"Message {message.number} to {message.recipient} counts as sent.")
    if options.send_again is not None:
        message = decide(ledger, options.send_again, "prepared", options.person or user_name())
        print_unwrapped(f"Message {message.number} to {message.recipient} is prepared again.")


def _prepare(ledger: Ledger, options: NotifyOptions) -> None:
    addresses = read_addresses(options.addresses, keys_of(ledger)) if options.addresses else {}
    templates = Templates(options.templates)
    if options.who == "authors":
        asking = outbox.AuthorOptions(addresses, options.form, options.remind, options.at_once)
        _print_authors(outbox.prepare_authors(ledger, options.letterhead, templates, asking))
        return
    if not options.to and not options.webhook:
        advice = "Give an address: `ocr-extract notify editors --to ADDRESS`."
        raise BadMessage("Nobody is named to whom it goes.", advice)
    if options.to:
        address = checked_address(options.to, "--to")
        prepared = outbox.prepare_editors(
            ledger, options.where, address, options.letterhead, templates,
            options.review_command, addresses,
        )  # fmt: skip
        _print_prepared(prepared)
    if options.webhook:
        from ocr_extract.messages.webhook import checked_url  # noqa: PLC0415  slow

        url, shown_url = checked_url(options.webhook)
        prepared = outbox.prepare_webhook(
            ledger, options.where, url, shown_url, options.letterhead, addresses
        )
        _print_prepared(prepared)


def _print_prepared(prepared: outbox.Prepared) -> None:
    for message in prepared.new:
        print_unwrapped(f"Prepared: {line_of(message)}")
    for message in prepared.known:
        print_unwrapped(f"There already: {line_of(message)}")
    for message in prepared.withdrawn:
        print_unwrapped(f"Withdrawn: {line_of(message)}")


def _print_authors(prepared: outbox.Prepared) -> None:
    # What was there before is counted at the end: it may be every paper.
    _print_prepared(replace(prepared, known=()))
    for sentence in prepared.troubles:
        print_unwrapped(f"The form of {sentence}")
    for key, text in prepared.bad_addresses:
        print_unwrapped(f"{shown(key, 120)}: “{shown(text, 80)}” is no e-mail address. {CORRECT}")
    if prepared.without_address:
        keys = ", ".join(shown_all(prepared.without_address, 120))
        print_unwrapped(
            f"No address is known for {keys}. Add it to the roster, or give --addresses FILE."
        )
    if prepared.changed:
        keys = ", ".join(shown_all(prepared.changed, 120))
        print_unwrapped(f"Asked before about something else: {keys}. --remind begins a new round.")
    known = f", {len(prepared.known)} were there already" if prepared.known else ""
    print_unwrapped(f"{counted(len(prepared.new), 'message')} prepared{known}.")


def _list(ledger: Ledger) -> None:
    messages = ledger.messages.all()
    for message in messages:
        print_unwrapped(line_of(message))
        if message.state == "unknown":
            print_unwrapped("    " + as_called(UNKNOWN_ADVICE.format(number=message.number)))
    if not messages:
        print_unwrapped(f"The outbox is empty: `{program()} notify authors` prepares messages.")
