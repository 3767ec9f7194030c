"""What an app is told when it is left, suspended and ended, and what it is not told.

Claims: life-cycle.suspension-is-not-announced, life-cycle.terminated-without-notice, life-cycle.jetsam
"""

from afterswipe import Phone

phone = Phone(ios="18")


async def app_main(app):
    app.observe(lambda callback: print(f"{app.now:4.1f} s  {callback}"))


phone.open(app_main)
phone.wait(seconds=5)
phone.swipe_up()
phone.wait(seconds=5)
print(f"{phone.clock.now / 1000:4.1f} s  the app is {phone.app_state.value}, and was told no more than this")
phone.memory_pressure()
print(f"{phone.clock.now / 1000:4.1f} s  memory runs short: the app is {phone.app_state.value}")
