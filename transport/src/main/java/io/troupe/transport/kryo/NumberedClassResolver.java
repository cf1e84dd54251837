package io.troupe.transport.kryo;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.DefaultClassResolver;

/**
 * Classes by number only. The original also takes a name from the wire, and loads the class of that name before it asks
 * whether it is registered: here the marker of a name is an error before the name is read.
 */
@SuppressWarnings("rawtypes") // As in Kryo's signatures.
final class NumberedClassResolver extends DefaultClassResolver {
    @Override
    protected Registration readName(Input input) {
        throw new KryoException("a class is given by name: only registered numbers are accepted");
    }

    @Override
    protected void writeName(Output output, Class type, Registration registration) {
        throw new KryoException("class " + type.getName() + " has no number");
    }

    @Override
    public Registration registerImplicit(Class type) {
        throw new KryoException("class " + type.getName() + " has no number");
    }
}
