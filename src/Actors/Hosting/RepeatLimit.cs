namespace PbKv.Actors.Hosting;

/// <summary>
/// A peer that is away is tried again many times a second, and each time Akka says so in the same words. Once in a
/// while is enough, with the number of times in between.
/// </summary>
internal sealed class RepeatLimit(TimeSpan pause)
{
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);

    private const int MostRemembered = 256;

    private readonly Dictionary<string, (DateTime Written, int Since)> _texts = new(StringComparer.Ordinal);

    /// <param name="unwritten">How often it came since it was last written.</param>
    public bool Allows(string text, DateTime now, out int unwritten)
    {
        unwritten = 0;
        if (_texts.TryGetValue(text, out var known))
        {
            if (now - known.Written < pause)
            {
                _texts[text] = (known.Written, known.Since + 1);
                return false;
            }
            unwritten = known.Since;
        }
        else if (_texts.Count == MostRemembered)
        {
            _texts.Clear();
        }
        _texts[text] = (now, 0);
        return true;
    }
}
