package io.troupe.jmh.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process has cost so far, read from {@code /proc}.
 *
 * @param cpuSeconds processor time, user and system
 * @param switches   voluntary context switches of the threads that live
 * @param threads    how many threads live
 * @param rssMb      resident memory, in MiB
 */
record ProcessCost(double cpuSeconds, long switches, int threads, double rssMb) {
    private static final double TICKS_PER_SECOND = 100;
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern VOLUNTARY = Pattern.compile("\\bvoluntary_ctxt_switches:\\s+(\\d+)");

    /** {@return the cost, or nothing where there is no such file system} */
    static Optional<ProcessCost> of(long pid) throws IOException {
        Path directory = Path.of("/proc", Long.toString(pid));
        if (!Files.exists(directory.resolve("stat"))) {
            return Optional.empty();
        }
        String stat = Files.readString(directory.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        double cpu = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        long switches = 0;
        int threads = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(directory.resolve("task"))) {
            for (Path task : tasks) {
                switches += number(VOLUNTARY, task.resolve("status"));
                threads++;
            }
        }
        return Optional.of(
                new ProcessCost(cpu, switches, threads, number(RESIDENT, directory.resolve("status")) / 1024.0));
    }

    ProcessCost minus(ProcessCost earlier) {
        return new ProcessCost(cpuSeconds - earlier.cpuSeconds, switches - earlier.switches, threads, rssMb);
    }

    private static long number(Pattern pattern, Path file) throws IOException {
        try {
            Matcher matcher = pattern.matcher(Files.readString(file));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        } catch (NoSuchFileException ended) {
            return 0; // The thread ended before we looked.
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) {
                return 0; // It ended while we looked.
            }
            throw e;
        }
    }
}
