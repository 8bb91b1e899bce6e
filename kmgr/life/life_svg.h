/* The time line of a zone as a picture. */
#ifndef LIFE_LIFE_SVG_H
#define LIFE_LIFE_SVG_H

#include "kmgr/base/buf.h"
#include "kmgr/life/life_line.h"

/**
 * life_svg_line(line, verdict, out):
 * Append an SVG document of its own: one row a key, with a bar for each state
 * of its DNSKEY and of its DS, vertical lines where a DS is asked for or taken
 * back and where now is, a legend, and ${verdict}. Whoever cannot see it
 * finds the same as text.
 *
 * Source: W3C SVG 1.1 s5.4, s5.10; WAI-ARIA graphics.
 */
void life_svg_line(const struct life_line *line, const char *verdict,
    struct buf *out);

#endif
