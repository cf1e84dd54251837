package io.troupe.chaos.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ports of this machine that nobody uses now, below the range from which systems take ports for outgoing connections: a
 * node that is down for a while finds its port free again. Never the same port twice in one process.
 */
public final class FreePorts {
    private static final int FIRST = 15_000;
    private static final int LAST = 31_999;

    /** Given out before: whoever has one may not have bound it yet, or not again. */
    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePorts() {}

    /**
     * Looks for ports.
     *
     * @param count how many
     * @return the ports, nobody else's in this process from now on
     * @throws HarnessException if so many are not free
     */
    public static synchronized List<Integer> find(int count) {
        List<Integer> found = new ArrayList<>();
        int range = LAST - FIRST + 1;
        // Processes that look at the same time start at different places.
        int start = (int) Math.floorMod(ProcessHandle.current().pid() * 61 + System.nanoTime() / 1_000, (long) range);
        for (int i = 0; i < range && found.size() < count; i++) {
            int port = FIRST + (start + i) % range;
            if (!GIVEN.contains(port) && isFree(port)) {
                found.add(port);
            }
        }
        if (found.size() < count) {
            throw new HarnessException("only " + found.size() + " of " + count + " ports between " + FIRST + " and "
                    + LAST + " are free: stop the processes that hold them");
        }
        GIVEN.addAll(found);
        return found;
    }

    static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
