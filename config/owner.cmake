# What the owner of the project decides: who maintains the packages, and under which licence. It stands here alone;
# the packages' control files, changelog and copyright take it from here.
set(POLYCLOCK_MAINTAINER "The Polyclock developers <developers@polyclock.invalid>")
set(POLYCLOCK_COPYRIGHT "2026 the Polyclock developers")
# The short name of DEP-5 (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/), such as GPL-3+ or
# Expat, and its text, each line of which begins with a space; an empty line is " .".
set(POLYCLOCK_LICENCE "none-yet")
set(POLYCLOCK_LICENCE_TEXT " No licence has been chosen yet.")
