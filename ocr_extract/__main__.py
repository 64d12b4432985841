"""`python -m ocr_extract` is `ocr-extract`.

Worker processes import the module that the program was started by: it is this one, and takes
nothing of the command line and the database with it before `main` is called.
"""


def main() -> None:
    """Run the program with the process's arguments."""
    from ocr_extract.cli import main as cli_main  # noqa: PLC0415

    cli_main()


if __name__ == "__main__":
    main()
