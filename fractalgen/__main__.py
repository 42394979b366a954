"""Run the command line: `python -m fractalgen`, which `torchrun -m fractalgen` starts, too."""

from fractalgen.cli import main

if __name__ == "__main__":
    main()
