"""Every state that an app and its scene go through on one afternoon, on the system before scenes and on a current one.

Claims: life-cycle.states, model.scene-callbacks
"""

from afterswipe import Phone

for ios in ("12", "26"):
    print(f"iOS {ios}")
    phone = Phone(ios=ios)
    scenes = {}
    told = []

    async def post_story(app):
        app.observe(told.append)
        scenes["of"] = app

    def show(what):
        scene = ""
        if ios != "12":  # there are scenes since iOS 13
            there = phone.app_state.value != "not running"
            scene = f"; scene: {scenes['of'].scene_state.value if there else 'unattached'}"
        print(f"  {what}: {phone.app_state.value}{scene}; told: {', '.join(told) or 'nothing'}")
        told.clear()

    phone.open(post_story)
    show("opened")
    phone.open_app_switcher()
    show("app switcher")
    phone.swipe_up()
    show("swiped up")
    phone.wait(minutes=1)
    show("a minute later")
    phone.open()
    show("opened again")
    phone.force_quit()
    show("force quit")
