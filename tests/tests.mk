# Tests: cmocka programs against the static core, so that internal functions can be called, and shell scripts for what
# is built.
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; CC='$(CC)'; CXX='$(CXX)'; NM='$(NM)'; export srcdir CC CXX NM;

script_tests = tests/headers.sh tests/symbols.sh
EXTRA_DIST += $(script_tests)
TESTS += $(script_tests)
