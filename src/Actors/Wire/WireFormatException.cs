using System.Diagnostics.CodeAnalysis;

namespace PbKv.Actors.Wire;

/// <summary>Bytes that are no envelope: damaged on the way, or never written by a PbKv.</summary>
public sealed class WireFormatException : Exception
{
    public WireFormatException()
    {
    }

    public WireFormatException(string message) : base(message)
    {
    }

    public WireFormatException(string message, Exception inner) : base(message, inner)
    {
    }

    [DoesNotReturn]
    internal static void Throw(string text) => throw new WireFormatException(text);
}

/// <summary>A well-formed message with a value that only a later release knows.</summary>
public sealed class UnknownValueException : Exception
{
    public UnknownValueException()
    {
    }

    public UnknownValueException(string message) : base(message)
    {
    }

    public UnknownValueException(string message, Exception inner) : base(message, inner)
    {
    }
}
