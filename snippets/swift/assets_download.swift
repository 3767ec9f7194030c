// The extension brings content in, also before the app is opened for the first time.
// In the app's Info.plist: BAManifestURL, and what may come in that early (BAInitialDownloadRestrictions).
import BackgroundAssets

@available(iOS 16.4, *)
@main
nonisolated struct Sounds: BADownloaderExtension {
    func downloads(
        for request: BAContentRequest, manifestURL: URL, extensionInfo: BAAppExtensionInfo
    ) -> Set<BADownload> {
        [
            BAURLDownload(
                identifier: "sounds",
                request: URLRequest(url: URL(string: "https://example.com/sounds.zip")!),
                essential: false, fileSize: 30_000_000,
                applicationGroupIdentifier: "group.com.example.app", priority: .default)
        ]
    }

    func backgroundDownload(_ download: BADownload, finishedWithFileURL file: URL) {
        print("here now: \(file.lastPathComponent)") // Apple advises reading it where it is
    }
}
