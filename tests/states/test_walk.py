import time
from office import *
def test_walk(office):
    t=time.time()
    ref = receive(office)
    at = walk(office, ref)
    print("walk", time.time()-t, at)
    t=time.time()
    ref = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    at = walk(office, ref, at=at)
    print("walk2", time.time()-t, at)
    from states.verify import verify
    with Session(office) as s: print(verify(s))
def test_b(office): pass
def test_c(office): pass
