// The extension of iOS 27, and the call in the app that lets it run.
import ExtensionFoundation
@preconcurrency import Photos // its jobs and resources are not Sendable
import Synchronization

@available(iOS 27, *)
@main
nonisolated final class PhotoUploads: PHBackgroundResourceUploadJobExtension {
    required init() {}

    private let endsSoon = Atomic<Bool>(false)
    private static let destination: URLRequest = {
        // Under the BackgroundUploadURLBase of the Info.plist.
        var request = URLRequest(url: URL(string: "https://example.com/photos")!)
        request.httpMethod = "POST"
        return request
    }()

    func processJobs() async -> PHBackgroundResourceUploadProcessingResult {
        do {
            try await change(.retry) { $0.retry(destination: nil) } // first: what is acknowledged is gone
            try await change(.acknowledge) { $0.acknowledge() } // done, or failed for good
            try await createJobs()
            return endsSoon.load(ordering: .acquiring) ? .processing : .completed
        } catch PHPhotosError.limitExceeded {
            return .processing // as many jobs as the system takes at a time
        } catch {
            return .failure
        }
    }

    func willTerminate() async {
        endsSoon.store(true, ordering: .releasing) // the loops stop; the system calls again
    }

    private func change(
        _ action: PHAssetResourceUploadJob.Action,
        _ apply: @escaping @Sendable (PHAssetResourceUploadJobChangeRequest) -> Void
    ) async throws {
        let jobs = PHAssetResourceUploadJob.fetchJobs(action: action, options: nil)
        for index in 0..<jobs.count where !endsSoon.load(ordering: .acquiring) {
            let job = jobs.object(at: index)
            try await PHPhotoLibrary.shared().performChanges { @Sendable in
                if let request = PHAssetResourceUploadJobChangeRequest(for: job) { apply(request) }
            }
        }
    }

    private func createJobs() async throws {
        let assets = PHAsset.fetchAssets(with: .image, options: nil) // a real one asks what is new
        for index in 0..<assets.count where !endsSoon.load(ordering: .acquiring) {
            // The first resource only: an edited or a Live Photo has more, and each is a job of its own.
            guard let resource = PHAssetResource.assetResources(for: assets.object(at: index)).first
            else { continue }
            try await PHPhotoLibrary.shared().performChanges { @Sendable in // over the limit a block fails
                _ = PHAssetResourceUploadJobChangeRequest.creationRequestForJob(
                    destination: Self.destination, resource: resource)
            }
        }
    }
}

// In the app, once the person has allowed access to the whole library (NSPhotoLibraryUsageDescription).
@available(iOS 27, *)
func letTheExtensionRun() throws {
    try PHPhotoLibrary.shared().enableUploadJobExtension(with: nil)
}
