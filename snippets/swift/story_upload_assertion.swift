// The assertion in Swift. postStory is the one of the story upload.
import UIKit

@MainActor
final class BackgroundAssertion {
    private var identifier = UIBackgroundTaskIdentifier.invalid

    func begin(_ name: String) {
        identifier = UIApplication.shared.beginBackgroundTask(withName: name) { [self] in
            end() // the time is up: give it back, or the system ends the app
        }
    }

    func end() {
        guard identifier != .invalid else { return }
        UIApplication.shared.endBackgroundTask(identifier)
        identifier = .invalid
    }
}

@available(iOS 16.2, *)
@MainActor
func postStoryWithAssertion(file: URL, to request: URLRequest) async throws {
    let assertion = BackgroundAssertion()
    assertion.begin("post story") // before the person leaves, not in the moment of leaving
    defer { assertion.end() }
    try await postStory(file: file, to: request)
}
