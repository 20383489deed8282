// The yardstick of the merge: a tournament of losers over arrays of times, by hand.
//
// It visits every record of all streams in the order of (time, stream, position). Two forms,
// because which is faster depends on the compiler and the number of streams: one compares time and
// stream as they are and branches, one packs both into a number of 128 bits and swaps by the sign
// of a difference.
#include <stdint.h>
#include <stdlib.h>

// The order of what was visited, so that two programs can be held against each other.
static inline uint64_t note(uint64_t sum, int64_t time, int64_t stream) {
  return sum * 31 + (uint64_t)time + (uint64_t)stream;
}

static int64_t leaf_count(int64_t count) {
  int64_t leaves = 1;
  while (leaves < count) leaves *= 2;
  return leaves;
}

typedef struct {
  int64_t time;
  int64_t stream;
} entry;

static inline int before(entry a, entry b) {
  return (a.time < b.time) | ((a.time == b.time) & (a.stream < b.stream));
}

uint64_t merge_branching(
    const int64_t *const *times, const int64_t *lengths, int64_t count) {
  int64_t leaves = leaf_count(count);
  entry *losers = malloc((size_t)leaves * sizeof(entry));
  entry *winners = malloc(2 * (size_t)leaves * sizeof(entry));
  int64_t *next = calloc((size_t)leaves, sizeof(int64_t));
  for (int64_t i = 0; i < leaves; i++) {
    winners[leaves + i].time = i < count && lengths[i] > 0 ? times[i][0] : INT64_MAX;
    winners[leaves + i].stream = i;
  }
  for (int64_t n = leaves - 1; n > 0; n--) {
    entry a = winners[2 * n], b = winners[2 * n + 1];
    int is_first = before(a, b);
    winners[n] = is_first ? a : b;
    losers[n] = is_first ? b : a;
  }
  entry winner = winners[1];
  uint64_t sum = 0;
  while (winner.time != INT64_MAX) {
    int64_t s = winner.stream;
    sum = note(sum, winner.time, s);
    int64_t i = ++next[s];
    entry candidate = {i < lengths[s] ? times[s][i] : INT64_MAX, s};
    for (int64_t n = (s + leaves) >> 1; n > 0; n >>= 1) {
      entry stored = losers[n];
      int is_beaten = before(stored, candidate);
      losers[n] = is_beaten ? candidate : stored;
      candidate = is_beaten ? stored : candidate;
    }
    winner = candidate;
  }
  free(losers);
  free(winners);
  free(next);
  return sum;
}

// Times from 1900 on, above 63 bits for the stream: no difference overflows.
static const int64_t origin = -2208988800LL * 1000000000LL;
static const __int128 none = ((__int128)1 << 126) + (((__int128)1 << 126) - 1);

static inline __int128 packed(int64_t time, int64_t stream) {
  return (__int128)((uint64_t)time - (uint64_t)origin) << 63 | stream;
}

uint64_t merge_branchless(
    const int64_t *const *times, const int64_t *lengths, int64_t count) {
  int64_t leaves = leaf_count(count);
  __int128 *losers = malloc((size_t)leaves * sizeof(__int128));
  __int128 *winners = malloc(2 * (size_t)leaves * sizeof(__int128));
  int64_t *next = calloc((size_t)leaves, sizeof(int64_t));
  for (int64_t i = 0; i < leaves; i++) {
    winners[leaves + i] = i < count && lengths[i] > 0 ? packed(times[i][0], i) : none;
  }
  for (int64_t n = leaves - 1; n > 0; n--) {
    __int128 a = winners[2 * n], b = winners[2 * n + 1];
    winners[n] = a < b ? a : b;
    losers[n] = a < b ? b : a;
  }
  __int128 winner = winners[1];
  uint64_t sum = 0;
  while (winner != none) {
    int64_t s = (int64_t)winner & INT64_MAX;
    int64_t i = next[s]++;
    sum = note(sum, times[s][i], s);
    __int128 candidate = i + 1 < lengths[s] ? packed(times[s][i + 1], s) : none;
    for (int64_t n = (s + leaves) >> 1; n > 0; n >>= 1) {
      __int128 stored = losers[n];
      __int128 change = (stored ^ candidate) & ((stored - candidate) >> 127);
      losers[n] = stored ^ change;
      candidate ^= change;
    }
    winner = candidate;
  }
  free(losers);
  free(winners);
  free(next);
  return sum;
}
