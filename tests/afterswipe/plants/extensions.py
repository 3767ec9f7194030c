"""The rules of extensions and widgets, taken back: Photos, Background Assets, WidgetKit."""

from afterswipe.frameworks.backgroundassets.system import BackgroundAssets, DownloaderExtension
from afterswipe.frameworks.photos.system import PhotoLibrary, Photos, UploadExtension
from afterswipe.frameworks.widgetkit.system import Widgets

from . import Patch, plant


@plant("photos-upload.unmodified-assets-only")
def anything_can_be_a_job(patch: Patch) -> None:
    patch.setattr(UploadExtension, "create_job", lambda extension, name: extension._photos.upload(name))


@plant("photos-upload.introduced-in-26-1")
def no_extension_is_called(patch: Patch) -> None:
    patch.setattr(Photos, "call_extension", lambda _: False)


@plant("photos-upload.full-library-access")
def no_access_is_needed(patch: Patch) -> None:
    def planted(library: PhotoLibrary, enabled: bool) -> None:
        vars(library._photos)["enabled"] = enabled

    patch.setattr(PhotoLibrary, "set_upload_job_extension_enabled", planted)


@plant("background-assets.downloads-only")
def an_upload_is_taken_and_forgotten(patch: Patch) -> None:
    patch.setattr(DownloaderExtension, "schedule_upload", lambda *_: None)


@plant("force-quit.stops-background-assets")
def the_extension_runs_after_a_force_quit(patch: Patch) -> None:
    run = BackgroundAssets.run

    def planted(assets: BackgroundAssets, reason: str) -> bool:
        assets._host.was_force_quit = False
        return run(assets, reason)

    patch.setattr(BackgroundAssets, "run", planted)


@plant("widgets.code-is-not-always-running")
def a_widget_shows_its_last_entry(patch: Patch) -> None:
    patch.setattr(Widgets, "shows", lambda _, widget: widget.entries[-1][1] if widget.entries else "")


@plant("widgets.reloads-that-do-not-count")
def every_reload_counts(patch: Patch) -> None:
    reload_all = Widgets.reload_all
    patch.setattr(Widgets, "reload_all", lambda widgets, **_: reload_all(widgets))
