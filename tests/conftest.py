"""What every test relies on, however the suite was started."""

import signal

# A background job of a shell starts with SIGINT ignored, one under nohup with SIGHUP: the programs that the tests start
# would inherit that, and not end when they are asked to.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)
