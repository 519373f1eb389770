namespace PbKv.Host;

/// <summary>Standard output takes nothing more.</summary>
/// <param name="readerLeft">Whoever read has closed the pipe. Otherwise it is closed, or the disk is full.</param>
internal sealed class OutputLostException(string reason, bool readerLeft)
    : Exception($"standard output is lost: {reason.TrimEnd('.')}; what was asked for may be done all the same")
{
    public bool ReaderLeft { get; } = readerLeft;
}
