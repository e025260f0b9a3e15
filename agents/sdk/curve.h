/* CURVE keys of the link, as raw bytes; ZeroMQ's printed form stays in here. */
#ifndef MU_SDK_CURVE_H
#define MU_SDK_CURVE_H

#include "proto/base/bytes.h"
#include "proto/base/err.h"

#define MU_CURVE_KEY_BYTES 32u

/* A fresh pair. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_curve_make(uint8_t secret[MU_CURVE_KEY_BYTES],
                                      uint8_t public[MU_CURVE_KEY_BYTES]);
/* Whether `public` belongs to `secret`. Errors: MU_E_BAD_KEY. */
MU_MUST_USE enum mu_err mu_curve_check(const uint8_t secret[MU_CURVE_KEY_BYTES],
                                       const uint8_t public[MU_CURVE_KEY_BYTES]);

#endif
