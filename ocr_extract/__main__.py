"""`python -m ocr_extract` is `ocr-extract`."""

from ocr_extract.cli import main

if __name__ == "__main__":
    main()
