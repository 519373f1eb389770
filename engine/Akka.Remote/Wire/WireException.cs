namespace Akka.Remote.Wire;

/// <summary>The bytes are not what this format allows: the connection that sent them is closed.</summary>
internal sealed class WireException : Exception
{
    public WireException(string message) : base(message)
    {
    }

    public WireException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public WireException()
    {
    }
}
