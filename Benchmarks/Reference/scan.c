// The yardstick of passing over trades: the first price outside of a range.
#include <stdint.h>

enum { BLOCK = 256 };

int64_t scan_first_outside(const int64_t *prices, int64_t first, int64_t end, int64_t low,
                           int64_t high) {
  while (first < end) {
    int64_t stop = first + BLOCK < end ? first + BLOCK : end;
    int64_t outside = 0;
    for (int64_t i = first; i < stop; i++) outside |= (prices[i] - low) | (high - prices[i]);
    if (outside < 0) {
      while (prices[first] >= low && prices[first] <= high) first++;
      return first;
    }
    first = stop;
  }
  return end;
}
