/* When two statements clash, and what is overdue. Pure: picture in, findings wanted out.
 *
 * The coordinator compares what is wanted with what it has published and says the difference.
 */
#ifndef MU_RULES_RULES_H
#define MU_RULES_RULES_H

#include "proto/picture/picture.h"

#define MU_RULES_VERSION 1u

#endif
