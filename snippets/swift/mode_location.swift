// For an app whose purpose is the walk. In its Info.plist: location among the background modes,
// and NSLocationWhenInUseUsageDescription.
import CoreLocation

@available(iOS 17, *)
@MainActor
final class Walk {
    private var session: CLBackgroundActivitySession?
    private var updates: Task<Void, any Error>?

    func start() { // with the app in front, once the person has allowed it
        session = CLBackgroundActivitySession() // not needed while a Live Activity of the app is active
        updates = Task {
            for try await update in CLLocationUpdate.liveUpdates(.fitness) {
                if let location = update.location { record(location) }
            }
        }
    }

    func stop() {
        updates?.cancel()
        session?.invalidate()
        session = nil
    }

    private func record(_ location: CLLocation) { print(location.coordinate) }
}
