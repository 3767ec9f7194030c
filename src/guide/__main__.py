"""`python -m guide build | serve | drafts | accept | citation | house | claims`: what the Makefile calls."""

import argparse
import sys

from afterswipe.errors import AfterSwipeError

from . import ROOT, snippets
from .errors import BuildError


def main() -> int:
    """Run one command; return 1 and one readable message where it fails."""
    parser = argparse.ArgumentParser(
        prog="python -m guide", description="Build the site, serve it, or accept the output of snippets."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build the site into site/")
    build.add_argument("--builder", choices=["mkdocs", "zensical"], default="mkdocs")
    serve = commands.add_parser("serve", help="build, serve, and build again when something is saved")
    serve.add_argument("--port", type=int, default=8000)
    commands.add_parser(
        "drafts", help="make pages anew whose names come by the line, as JSON (what serve starts)"
    )
    accept = commands.add_parser("accept", help="take what the snippets print now as their tested output")
    accept.add_argument("names", nargs="*", help="which snippets (default: all)")
    commands.add_parser("citation", help="write CITATION.cff from the project's data and the claims")
    commands.add_parser("house", help="draw the rooms and their imports anew in CONTRIBUTING.md")
    lint = commands.add_parser("claims", help="check the claims, and every marker that names one")
    lint.add_argument("--register", action="store_true", help="add new ids to the ledger first")
    arguments = parser.parse_args()
    try:
        match arguments.command:
            case "build":
                from .site import build_site

                build_site(builder=arguments.builder)
            case "serve":
                from .serve import serve as serve_site

                serve_site(arguments.port)
            case "drafts":
                from .serve import draft_by_the_line

                draft_by_the_line()
            case "citation":
                from .checks.citation import citation

                (ROOT / "CITATION.cff").write_text(citation(ROOT), encoding="utf-8")
            case "house":
                from .checks.house import written

                page = ROOT / "CONTRIBUTING.md"
                page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
            case "claims":
                from .checks.claims import main as check_claims

                return check_claims(register_new=arguments.register)
            case _:
                accept_outputs(arguments.names or snippets.names())
    except (BuildError, AfterSwipeError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def accept_outputs(names: list[str]) -> None:
    """Run snippets and write what they show as their tested output, saying which files changed."""
    for name in names:
        snippets.source(name)
        changed = snippets.accept(name, snippets.run(snippets.FOLDER / f"{name}.py"))
        print(f"{name}: {', '.join(changed) if changed else 'unchanged'}")


if __name__ == "__main__":
    sys.exit(main())
