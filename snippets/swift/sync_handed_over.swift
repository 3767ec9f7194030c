// The files that are left, handed over while the app is in front, and taken in as they arrive.
import Foundation

struct PendingFile: Sendable {
    let address: URL
    let name: String // of the file, with its version
    let size: Int64
}

@available(iOS 16, *)
@MainActor
final class Downloads: NSObject {
    static let identifier = "com.example.app.sounds"
    private nonisolated let arrived: URL // a folder that is there

    // The same identifier at every launch: that is how the app finds its transfers again.
    private lazy var session: URLSession = {
        let configuration = URLSessionConfiguration.background(withIdentifier: Self.identifier)
        return URLSession(configuration: configuration, delegate: self, delegateQueue: .main)
    }()

    init(arrived: URL) { self.arrived = arrived }

    /// In front: what is started in the background is discretionary.
    func handOver(_ files: [PendingFile]) async {
        let underWay = Set(await session.allTasks.compactMap(\.taskDescription))
        for file in files where !underWay.contains(file.name) {
            let task = session.downloadTask(with: file.address)
            task.taskDescription = file.name // is still there in the next process
            task.countOfBytesClientExpectsToReceive = file.size
            task.resume()
        }
    }
}

@available(iOS 16, *)
extension Downloads: URLSessionDownloadDelegate {
    nonisolated func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        // A captive portal answers with 200 too: size and digest decide, before there is a row.
        let status = (downloadTask.response as? HTTPURLResponse)?.statusCode ?? 0 // 206 after a break
        guard status == 200 || status == 206,
            let name = downloadTask.taskDescription else { return }
        // The system takes its file away when this returns, so it is moved at once and verified afterwards.
        try? FileManager.default.moveItem(at: location, to: arrived.appending(path: name))
    }
}
