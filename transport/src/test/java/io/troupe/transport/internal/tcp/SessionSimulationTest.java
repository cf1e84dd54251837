package io.troupe.transport.internal.tcp;

import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SessionSimulationTest {
    @Property(tries = 1500)
    void whateverBecomesOfConnectionsEverySessionIsAPrefixOfWhatWasAccepted(@ForAll long seed) {
        SessionSimulation link = new SessionSimulation(seed);
        Random random = link.random;
        boolean processesEnd = random.nextBoolean();
        link.dial(link.a, true);
        for (int step = 0; step < 400; step++) {
            SessionSimulation.End end = random.nextBoolean() ? link.a : link.b;
            switch (random.nextInt(24)) {
                case 0 -> end.lose();
                case 1, 2, 3 -> {
                    if (end.side == null) {
                        boolean same = end.session.point().session()
                                == end.other().session.point().session();
                        boolean wasOpen = end.session.isOpen();
                        boolean welcomed = random.nextInt(4) > 0;
                        boolean resumed = link.dial(end, welcomed);
                        assertThat(resumed)
                                .as("a session that both ends know goes on")
                                .isEqualTo(same && wasOpen);
                    }
                }
                case 4 -> end.heartbeat();
                case 5 -> {
                    if (processesEnd && random.nextInt(4) == 0) {
                        end.restart();
                    }
                }
                case 6 -> {
                    if (processesEnd) {
                        end.timeOut();
                    }
                }
                case 7, 8, 9, 10, 11, 12, 13 ->
                    end.offer(4 + random.nextInt(random.nextInt(4) == 0 ? SessionSimulation.LONGEST - 3 : 117));
                case 14, 15, 16, 17, 18 -> end.write(random.nextInt(300));
                default -> end.read(random.nextInt(300));
            }
        }
        link.a.lose();
        link.dial(link.a, true);
        link.settle();
        assertThat(link.isAllDelivered(link.a)).isTrue();
        assertThat(link.isAllDelivered(link.b)).isTrue();
    }

    @Test
    void aConnectionThatBreaksAtAnyByteLosesNothingAndDoublesNothing() {
        int total = script(Integer.MAX_VALUE);
        assertThat(total).isGreaterThan(1000);
        for (int bytes = 0; bytes <= total; bytes++) {
            script(bytes);
        }
    }

    /** The ring wraps once; both directions break after a number of bytes. */
    private static int script(int bytes) {
        SessionSimulation link = new SessionSimulation(0);
        link.dial(link.a, true);
        link.allow(link.a, bytes);
        link.allow(link.b, bytes);
        for (int i = 0; i < 20; i++) {
            link.a.offer(4 + 5 * i);
            link.b.offer(100 - 4 * i);
            link.a.write(Integer.MAX_VALUE);
            link.b.write(Integer.MAX_VALUE);
            link.a.read(Integer.MAX_VALUE);
            link.b.read(Integer.MAX_VALUE);
            if (i % 5 == 4) {
                link.a.heartbeat();
                link.b.heartbeat();
            }
        }
        int written = link.written(link.a);
        link.b.lose();
        assertThat(link.dial(link.b, true)).isTrue();
        link.settle();
        assertThat(link.isAllDelivered(link.a)).as("cut after %d bytes", bytes).isTrue();
        assertThat(link.isAllDelivered(link.b)).as("cut after %d bytes", bytes).isTrue();
        return written;
    }
}
