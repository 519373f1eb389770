namespace Akka.Remote;

/// <summary>So many lines in a second, and the count of those left out with the next: a stranger cannot fill the log.</summary>
internal sealed class LogLimit
{
    private const int LinesPerSecond = 100;

    private readonly Lock _lock = new();
    private long _second;
    private int _lines;
    private int _unsaid;

    public bool Allows(out int unsaid)
    {
        lock (_lock)
        {
            var second = Environment.TickCount64 / 1000;
            if (second != _second) (_second, _lines) = (second, 0);
            unsaid = _unsaid;
            var allowed = ++_lines <= LinesPerSecond;
            _unsaid = allowed ? 0 : _unsaid + 1;
            return allowed;
        }
    }
}
