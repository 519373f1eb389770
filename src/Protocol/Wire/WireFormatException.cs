using System.Diagnostics.CodeAnalysis;

namespace PbKv.Protocol;

/// <summary>Bytes that are no envelope: damaged on the way, or never written by a PbKv.</summary>
internal sealed class WireFormatException(string message) : Exception(message)
{
    [DoesNotReturn]
    public static void Throw(string text) => throw new WireFormatException(text);
}

/// <summary>A well-formed message with a value that only a later release knows.</summary>
internal sealed class UnknownValueException(string message) : Exception(message)
{
    [DoesNotReturn]
    public static void Throw(string text) => throw new UnknownValueException(text);
}
