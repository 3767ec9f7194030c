// What a scene is told after the swipe, and what the next launch does with a card that is left.
import ActivityKit
import UIKit
import os

@available(iOS 16.1, *)
struct StoryAttributes: ActivityAttributes {
    struct ContentState: Codable, Hashable { var text: String }
}

final class SceneDelegate: UIResponder, UIWindowSceneDelegate {
    var window: UIWindow?
    private let log = Logger(subsystem: "com.example.story", category: "life")

    func scene(
        _ scene: UIScene, willConnectTo session: UISceneSession, options: UIScene.ConnectionOptions
    ) {
        log.notice("launched")
        if #available(iOS 16.2, *) {
            Task { await cleanUpCards() } // a former life may have left one
        }
    }

    func sceneWillResignActive(_ scene: UIScene) { log.notice("resigns active") }

    func sceneDidEnterBackground(_ scene: UIScene) {
        // Return soon. No call will follow that says: you are suspended now.
        log.notice("entered background")
    }

    func sceneWillEnterForeground(_ scene: UIScene) { log.notice("enters foreground") }

    @available(iOS 16.2, *)
    private func cleanUpCards() async {
        for card in Activity<StoryAttributes>.activities {
            guard card.activityState == .active || card.activityState == .stale else { continue }
            let last = StoryAttributes.ContentState(text: "Interrupted. Open the app to look.")
            await card.end(ActivityContent(state: last, staleDate: nil), dismissalPolicy: .default)
        }
    }
}
