/* A whole exercise, real programs and all, and what its agents answered, in words one can compare. */
#ifndef MU_HELP_DEMO_H
#define MU_HELP_DEMO_H

#include <stdbool.h>

/* Runs `muster demo ARGUMENTS --json` and tells each reaction of an agent in lines:
 *
 *   14:06 C06:S1 raised for shelters CA, service, margin -260 person
 *     line EV-01 raised need 620 person
 *     option S3
 *   14:03 sheet v1 for EV-01@v1
 *     water needed 10230 own 4000 send 6230 usable 12000 requested 0 committed 0 short 0
 *     EV-01 takes water 10230, meal 2046
 *   14:18 CLEARANCE:LV-01 cleared
 *
 * Findings that were void when they were recorded are left out. Gives the text, to be freed; *status is
 * the exit status. Fails the test when the demo cannot be run or its JSON not be read. */
char *demo_trace(const char *arguments, int *status);

/* Both tell the same, minute by minute and card by card: which of two programs that answer one entry is
 * first in the record is chance. Prints the first difference. */
bool demo_same(const char *told, const char *wanted);
/* The same against a file, or the test fails; its comments (# ...) and empty lines do not count. */
void demo_expect(const char *trace, const char *path);

#endif
