package io.troupe.jmh.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The scenarios that need most parts run, very briefly, and leave no process. */
class ScenariosTest {
    private static final Rounds TINY = new Rounds(1, 200, 2_000, 1);

    private final Report report =
            new Report(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

    @Test
    void netMeasuresEveryTargetItHas() throws IOException, InterruptedException {
        new NetScenario(TINY, report).run();
        assertMeasured(
                Target.TRANSPORT_DEFAULT,
                Target.TRANSPORT_SPIN,
                Target.TRANSPORT_ONE_WAY,
                Target.REMOTE_ASK,
                Target.TELL_AT_MOST_ONCE,
                Target.TELL_AT_LEAST_ONCE);
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void failoverMeasuresHowLongShardsAreAway() throws IOException, InterruptedException {
        new FailoverScenario(TINY, report).measure(Target.FAILOVER_LEADER, true);
        assertMeasured(Target.FAILOVER_LEADER);
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    private void assertMeasured(Target... targets) {
        for (Target target : targets) {
            assertThat(report.verdict(target)).as(target.title).isIn("reached", "not reached");
        }
    }
}
