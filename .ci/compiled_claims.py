"""A hook of the wheel's build: the claims' TOML files go in as the files that are read."""

import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledClaims(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles `src/afterswipe/claims/data` into the wheel, from a checkout and from the sdist alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files into a folder of their own and name them to the builder."""
        if version == "editable":
            return
        package = Path(self.root) / "src/afterswipe/claims"
        compiled = runpy.run_path(str(package / "compiling.py"))["compiled"](package / "data")
        self._folder = tempfile.TemporaryDirectory()
        for name, data in compiled.items():
            path = Path(self._folder.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            build_data["force_include"][str(path)] = f"afterswipe/claims/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Forget the folder: the wheel has what was in it."""
        if version != "editable":
            self._folder.cleanup()
