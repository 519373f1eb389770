namespace PbKv.Host.Shell;

/// <summary>Standard input as lines of bytes, without their ends. A last line without an end counts.</summary>
internal sealed class LineReader(Stream input)
{
    private readonly byte[] _buffer = new byte[16 << 10];
    private int _at;
    private int _filled;

    /// <returns>Null at the end of the input.</returns>
    public async Task<byte[]?> ReadAsync()
    {
        var line = new List<byte>();
        while (true)
        {
            if (_at == _filled)
            {
                (_at, _filled) = (0, await input.ReadAsync(_buffer));
                if (_filled == 0) return line.Count > 0 ? Trimmed(line) : null;
            }

            var end = Array.IndexOf(_buffer, (byte)'\n', _at, _filled - _at);
            var upTo = end < 0 ? _filled : end;
            line.AddRange(_buffer.AsSpan(_at, upTo - _at));
            _at = end < 0 ? upTo : upTo + 1;
            if (end >= 0) return Trimmed(line);
        }
    }

    /// <summary>Lines from elsewhere end with CR and LF.</summary>
    private static byte[] Trimmed(List<byte> line)
    {
        if (line is [.., (byte)'\r']) line.RemoveAt(line.Count - 1);
        return [.. line];
    }
}
