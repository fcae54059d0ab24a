# Tests: cmocka programs against the static core, so that internal functions can be called.
