using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>Settings as a tree, read by dotted paths; what it lacks, its fallback answers.</summary>
public class Config
{
    public static readonly Config Empty = new();

    private readonly HoconObject _own;
    private readonly HoconObject _all;

    public Config() : this(new HoconObject(), null) { }

    internal Config(HoconObject own, Config fallback)
    {
        _own = own;
        Fallback = fallback;
        if (fallback is null)
        {
            _all = own;
            return;
        }
        _all = fallback._all.Clone();
        _all.Override(own);
    }

    public Config Fallback { get; }

    public virtual bool IsEmpty => _all.Items.Count == 0;

    public virtual HoconValue Root => new(_all);

    public HoconValue GetValue(string path)
    {
        var fields = _all;
        HoconValue value = null;
        foreach (var element in ConfigPath.Split(path))
        {
            value = fields?.GetKey(element);
            if (value is null) return null;
            fields = value.GetObject();
        }
        return value;
    }

    public virtual bool HasPath(string path) => GetValue(path) is not null;

    public virtual string GetString(string path, string @default = null) => GetValue(path)?.GetString() ?? @default;

    public virtual bool GetBoolean(string path, bool @default = false) => Text(path) is { } text ? HoconUnits.Boolean(path, text) : @default;

    public virtual int GetInt(string path, int @default = 0) => Text(path) is { } text ? HoconUnits.Number<int>(path, text) : @default;

    public virtual long GetLong(string path, long @default = 0) => Text(path) is { } text ? HoconUnits.Number<long>(path, text) : @default;

    public virtual double GetDouble(string path, double @default = 0) => Text(path) is { } text ? HoconUnits.Number<double>(path, text) : @default;

    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    public virtual long? GetByteSize(string path, long? def = null) => Text(path) is { } text ? HoconUnits.Bytes(path, text) : def;

    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Text(path) is { } text ? HoconUnits.Duration(path, text, allowInfinite) : @default ?? TimeSpan.Zero;

    public virtual IList<string> GetStringList(string path) => GetValue(path) is { } value ? [.. value.GetArray().Select(v => v.GetString())] : [];

    /// <summary>The settings below a path; null where there are none.</summary>
    public virtual Config GetConfig(string path) => GetValue(path)?.GetObject() is { } fields ? new Config(fields, null) : null;

    /// <summary>This config with another behind it. What stands here wins, objects are merged key by key.</summary>
    public virtual Config WithFallback(Config fallback)
    {
        if (ReferenceEquals(fallback, this)) throw new ArgumentException("a config cannot be its own fallback", nameof(fallback));
        if (fallback is null || fallback.IsEmpty) return this;
        return IsEmpty ? fallback : new Config(_own, Fallback is null ? fallback : Fallback.WithFallback(fallback));
    }

    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable() => _all.Items;

    public override string ToString() => ToString(includeFallback: true);

    public string ToString(bool includeFallback) => (includeFallback ? _all : _own).ToString();

    private string Text(string path) => GetValue(path)?.GetString();
}
