// What an app is told after the swipe, and what the next launch does with a card that is left.
import ActivityKit
import UIKit
import os

@available(iOS 16.1, *)
nonisolated struct StoryAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var text: String }
}

nonisolated private let log = Logger(subsystem: "com.example.story", category: "life")

final class AppDelegate: UIResponder, UIApplicationDelegate {
    func application(
        _ application: UIApplication,
        didFinishLaunchingWithOptions launchOptions: [UIApplication.LaunchOptionsKey: Any]?
    ) -> Bool {
        log.notice("launched")
        if #available(iOS 16.2, *) {
            Task { await cleanUpCards() } // of a former life; a scene can connect twice in one
        }
        return true
    }

    @available(iOS 16.2, *)
    private func cleanUpCards() async {
        for card in Activity<StoryAttributes>.activities {
            guard card.activityState == .active || card.activityState == .stale else { continue }
            let last = StoryAttributes.ContentState(text: "Interrupted. Open the app to look.")
            await card.end(ActivityContent(state: last, staleDate: nil), dismissalPolicy: .default)
        }
    }
}

final class SceneDelegate: UIResponder, UIWindowSceneDelegate {
    var window: UIWindow?

    func sceneWillResignActive(_ scene: UIScene) { log.notice("resigns active") }

    func sceneDidEnterBackground(_ scene: UIScene) {
        // Return soon. No call will follow that says: you are suspended now.
        log.notice("entered background")
    }

    func sceneWillEnterForeground(_ scene: UIScene) { log.notice("enters foreground") }
}
