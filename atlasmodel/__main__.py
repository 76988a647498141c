"""Run the command line as `python -m atlasmodel`."""

from atlasmodel.cli.app import main

if __name__ == "__main__":
    main()
