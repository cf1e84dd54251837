package io.troupe.jmh.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Who had the processors between two moments: this run, other processes, or other guests of the machine. */
final class MachineLoad {
    private static final double TICKS_PER_SECOND = 100;

    // Fields of the first line of /proc/stat, after its name.
    private static final int IDLE = 3;
    private static final int WAITING = 4;
    private static final int STEAL = 7;

    /** Fields of /proc/pid/stat after the name: own time, then that of children that have ended, user and system. */
    private static final int FIRST_TIME = 11;

    private static final int TIMES = 4;

    /** In seconds of one processor since the machine started. */
    private record Sample(double busy, double steal, double own) {}

    private final Optional<Sample> before;
    private final long startNs = System.nanoTime();

    private MachineLoad(Optional<Sample> before) {
        this.before = before;
    }

    static MachineLoad start() throws IOException {
        return new MachineLoad(sample());
    }

    /** {@return the load since the start, in processors, in one line for a person} */
    String describe() throws IOException {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        Optional<Sample> after = sample();
        if (before.isEmpty() || after.isEmpty()) {
            return String.format(
                    Locale.ROOT, "%.1f s; load of the machine SKIPPED: it does not say (no /proc/stat)", seconds);
        }
        double own = after.get().own - before.get().own;
        double foreign = Math.max(0, after.get().busy - before.get().busy - own);
        return String.format(
                Locale.ROOT,
                "%.1f s; processors used by this run %.2f, by others %.2f, stolen %.2f, of %d",
                seconds,
                own / seconds,
                foreign / seconds,
                (after.get().steal - before.get().steal) / seconds,
                Runtime.getRuntime().availableProcessors());
    }

    private static Optional<Sample> sample() throws IOException {
        Path machine = Path.of("/proc/stat");
        if (!Files.isReadable(machine)) {
            return Optional.empty();
        }
        String[] fields =
                Files.readString(machine).lines().findFirst().orElse("").split("\\s+", -1);
        if (fields.length <= STEAL + 1) {
            return Optional.empty();
        }
        double busy = 0;
        for (int i = 0; i < STEAL; i++) { // Guests, after steal, are counted as users already.
            busy += i == IDLE || i == WAITING ? 0 : Long.parseLong(fields[i + 1]);
        }
        ProcessHandle self = ProcessHandle.current();
        double own = time(self.pid())
                + self.descendants().mapToDouble(child -> time(child.pid())).sum();
        return Optional.of(new Sample(
                busy / TICKS_PER_SECOND, Long.parseLong(fields[STEAL + 1]) / TICKS_PER_SECOND, own / TICKS_PER_SECOND));
    }

    private static double time(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            for (int i = FIRST_TIME; i < FIRST_TIME + TIMES; i++) {
                ticks += Long.parseLong(fields[i]);
            }
            return ticks;
        } catch (NoSuchFileException ended) {
            return 0; // From now on it counts among the children that have ended.
        } catch (IOException ending) {
            return 0;
        }
    }
}
