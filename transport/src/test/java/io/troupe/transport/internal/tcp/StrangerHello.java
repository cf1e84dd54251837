package io.troupe.transport.internal.tcp;

import java.util.Arrays;

import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.Hello;
import io.troupe.transport.internal.frame.Nonce;
import io.troupe.transport.internal.frame.SessionPoint;
import org.agrona.concurrent.UnsafeBuffer;

/** The first frame of somebody who says what he likes. */
final class StrangerHello {
    private static final SessionPoint POINT = new SessionPoint(0, 0, 0, 64 * 1024);

    private StrangerHello() {}

    static byte[] of(String from, String to) {
        UnsafeBuffer frame = new UnsafeBuffer(new byte[FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY)]);
        Hello claim = new Hello(Hello.PROTOCOL, 5, from, to, "cluster=test", Nonce.NONE, POINT);
        return Arrays.copyOf(frame.byteArray(), Control.putHello(frame, 0, Control.HELLO, claim));
    }
}
