@_exported import AppleFoundation
import ExtensionFoundation
public protocol PHBackgroundResourceUploadJobExtension: AppExtension {
    func processJobs() async -> PHBackgroundResourceUploadProcessingResult
    func willTerminate() async
}
public enum PHBackgroundResourceUploadProcessingResult: Int, Sendable { case failure, processing, completed }
public struct PHPhotosError: Error, Sendable {
    public enum Code: Int, Sendable { case limitExceeded }
    public var code: Code { fatalError() }
    public static var limitExceeded: Code { .limitExceeded }
}
public func ~= (pattern: PHPhotosError.Code, error: any Error) -> Bool { fatalError() }
open class PHObject: NSObject { public var localIdentifier: String { fatalError() } }
public class PHFetchOptions: NSObject {}
public class PHFetchResult<ObjectType: AnyObject>: NSObject {
    public var count: Int { fatalError() }
    public func object(at index: Int) -> ObjectType { fatalError() }
}
public enum PHAssetMediaType: Int, Sendable { case unknown, image, video, audio }
public class PHAsset: PHObject {
    public class func fetchAssets(with type: PHAssetMediaType, options: PHFetchOptions?) -> PHFetchResult<PHAsset> { fatalError() }
}
public class PHAssetResource: NSObject {
    public class func assetResources(for asset: PHAsset) -> [PHAssetResource] { fatalError() }
}
public class PHAssetResourceUploadJob: PHObject {
    public enum Action: Int, Sendable { case acknowledge = 1, retry, process }
    public class func fetchJobs(action: Action, options: PHFetchOptions?) -> PHFetchResult<PHAssetResourceUploadJob> { fatalError() }
    public class var jobLimit: Int { fatalError() }
}
// developer.apple.com/documentation/photos/phassetresourceuploadjoboptions
public class PHAssetResourceUploadJobOptions: NSObject {}
open class PHChangeRequest: NSObject {}
public class PHAssetResourceUploadJobChangeRequest: PHChangeRequest {
    public init?(for job: PHAssetResourceUploadJob) {}
    public func acknowledge() {}
    public func retry(destination: URLRequest?) {}
    public class func creationRequestForJob(destination: URLRequest, resource: PHAssetResource) -> PHAssetResourceUploadJobChangeRequest { fatalError() }
}
public class PHPhotoLibrary: NSObject {
    public class func shared() -> PHPhotoLibrary { fatalError() }
    // https://developer.apple.com/documentation/photos/phphotolibrary/enableuploadjobextension(with:)
    public func enableUploadJobExtension(with options: PHAssetResourceUploadJobOptions?) throws {}
    public nonisolated(nonsending) func performChanges(_ changeBlock: @escaping () -> Void) async throws {}
}
