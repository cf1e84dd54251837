package io.troupe.transport.internal.frame;

import io.troupe.transport.UnixSockets.Mode;
import io.troupe.transport.internal.frame.DialRoute.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class DialRouteTest {
    @ParameterizedTest
    @EnumSource(Mode.class)
    void anotherHostIsDialledOverTcp(Mode mode) {
        DialRoute route = new DialRoute(mode);
        assertThat(route.next(false, true)).isEqualTo(Way.TCP);
        assertThat(route.next(false, false)).isEqualTo(Way.TCP);
    }

    @Test
    void offIgnoresTheFile() {
        assertThat(new DialRoute(Mode.OFF).next(true, true)).isEqualTo(Way.TCP);
    }

    @Test
    void autoTakesTheFileIfThereIsOne() {
        DialRoute route = new DialRoute(Mode.AUTO);
        assertThat(route.next(true, false)).isEqualTo(Way.TCP);
        assertThat(route.next(true, true)).isEqualTo(Way.UNIX);
        assertThat(route.next(true, true)).as("nothing has failed").isEqualTo(Way.UNIX);
    }

    @Test
    void autoDialsOverTcpAtOnceWhenTheFileHasFailedAndThenBeginsAnew() {
        DialRoute route = new DialRoute(Mode.AUTO);
        for (int round = 0; round < 3; round++) {
            assertThat(route.next(true, true)).isEqualTo(Way.UNIX);
            assertThat(route.hasAnother(true)).isTrue();
            assertThat(route.onFailed(true)).isTrue();
            assertThat(route.next(true, true)).isEqualTo(Way.TCP);
            assertThat(route.hasAnother(false)).isFalse();
            assertThat(route.onFailed(false)).isFalse();
        }
    }

    @Test
    void afterALinkOverTcpAutoBeginsWithTheFileAgain() {
        DialRoute route = new DialRoute(Mode.AUTO);
        assertThat(route.next(true, true)).isEqualTo(Way.UNIX);
        assertThat(route.onFailed(true)).isTrue();
        assertThat(route.next(true, true)).isEqualTo(Way.TCP);
        assertThat(route.next(true, true)).as("it was the link, and was lost").isEqualTo(Way.UNIX);
    }

    @Test
    void onInsistsOnTheFile() {
        DialRoute route = new DialRoute(Mode.ON);
        assertThat(route.next(true, false)).isEqualTo(Way.NONE);
        assertThat(route.next(true, true)).isEqualTo(Way.UNIX);
        assertThat(route.hasAnother(true)).isFalse();
        assertThat(route.onFailed(true)).isFalse();
        assertThat(route.next(true, true)).isEqualTo(Way.UNIX);
    }
}
