// The whole round: hand the file over, be woken, say that it is done.
import UIKit

@MainActor
final class Uploads: NSObject {
    static let shared = Uploads()
    static let identifier = "com.example.app.uploads"
    var allEventsHandled: (() -> Void)?

    // The same identifier at every launch: that is how the app finds its transfers again.
    private lazy var session: URLSession = {
        let configuration = URLSessionConfiguration.background(withIdentifier: Self.identifier)
        configuration.sessionSendsLaunchEvents = true // the default: wake the app when all is done
        return URLSession(configuration: configuration, delegate: self, delegateQueue: .main)
    }()

    /// While the app is in front. The file is the finished story and readable while the phone is locked.
    func post(_ file: URL, to request: URLRequest, size: Int64) {
        let task = session.uploadTask(with: request, fromFile: file)
        task.countOfBytesClientExpectsToSend = size
        task.resume()
    }

    func reconnect() { _ = session }
}

extension Uploads: URLSessionTaskDelegate {
    nonisolated func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let status = (task.response as? HTTPURLResponse)?.statusCode
        let accepted = error == nil && status.map { (200..<300).contains($0) } == true
        print(accepted ? "posted" : "not posted: tell the person")
    }

    nonisolated func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
        MainActor.assumeIsolated { // the delegate queue is the main queue
            allEventsHandled?()
            allEventsHandled = nil
        }
    }
}

final class AppDelegate: UIResponder, UIApplicationDelegate {
    func application(
        _ application: UIApplication,
        didFinishLaunchingWithOptions launchOptions: [UIApplication.LaunchOptionsKey: Any]?
    ) -> Bool {
        Uploads.shared.reconnect() // whoever launches the app
        return true
    }

    func application(
        _ application: UIApplication, handleEventsForBackgroundURLSession identifier: String,
        completionHandler: @escaping () -> Void
    ) {
        Uploads.shared.allEventsHandled = completionHandler // the session is there since the launch
    }
}
