"""Before it ends an app that runs in the background, the system may tell it so, and then it has about five seconds.

Claims: life-cycle.will-terminate-only-while-running, life-cycle.will-terminate-limit
"""

from afterswipe import Phone, UsageError


def ended(saves_for, suspended=False):
    async def app_main(app):
        def told(callback):
            if callback == "applicationWillTerminate":
                print("  applicationWillTerminate")
                app.block_main_thread(saves_for)

        app.observe(told)
        app.begin_background_task("upload", lambda: None)
        await app.tapped()

    phone = Phone(ios="18")
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1 if suspended else 1 / 6)
    try:
        phone.endings.announce()
    except UsageError as no:
        print(f"  {no}")
    phone.wait(seconds=20)
    if phone.endings.last.why:
        print(f"  ended at {phone.endings.last.at / 1000:g} s: {phone.endings.last.why}")


print("It runs in the background, and saves for 3 s:")
ended(saves_for=3)
print("It saves for 8 s:")
ended(saves_for=8)
