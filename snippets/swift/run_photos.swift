// Not compiled: shown for comparison. The extension of iOS 27.
// The app has called setUploadJobExtensionEnabled(true).
import ExtensionFoundation
import Photos

@available(iOS 27, *)
@main
final class PhotoUploads: PHBackgroundResourceUploadJobExtension {
    required init() {}

    private static let destination: URLRequest = {
        // Under the BackgroundUploadURLBase of the Info.plist.
        var request = URLRequest(url: URL(string: "https://example.com/photos")!)
        request.httpMethod = "POST"
        return request
    }()

    func processJobs() async -> PHBackgroundResourceUploadProcessingResult {
        do {
            try await acknowledgeFinishedJobs() // they keep their place until then
            try await createJobs()
            return .completed
        } catch PHPhotosError.limitExceeded {
            return .processing // as many jobs as the system takes at a time
        } catch {
            return .failure
        }
    }

    func willTerminate() async {} // stop soon: the system calls again

    private func acknowledgeFinishedJobs() async throws {
        let finished = PHAssetResourceUploadJob.fetchJobs(action: .acknowledge, options: nil)
        try await PHPhotoLibrary.shared().performChanges {
            for index in 0..<finished.count {
                PHAssetResourceUploadJobChangeRequest(for: finished.object(at: index))?.acknowledge()
            }
        }
    }

    private func createJobs() async throws {
        let assets = PHAsset.fetchAssets(with: .image, options: nil) // a real one asks what is new
        for index in 0..<assets.count {
            guard let resource = PHAssetResource.assetResources(for: assets.object(at: index)).first
            else { continue }
            try await PHPhotoLibrary.shared().performChanges { // one by one: over the limit a block fails
                _ = PHAssetResourceUploadJobChangeRequest.creationRequestForJob(
                    destination: Self.destination, resource: resource)
            }
        }
    }
}
