namespace Akka.Actor;

/// <summary>An actor that declares its handlers by message type. They are tried in the order in which they were declared.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private HandlerTable _declaring = new();

    protected sealed override void OnReceive(object message) => throw new NotSupportedException("the engine calls the handlers directly");

    protected void Become(Action configure) => Cell.Become(Declare(configure).Handle);

    protected void BecomeStacked(Action configure) => Cell.BecomeStacked(Declare(configure).Handle);

    protected void Receive<T>(Action<T> handler, Predicate<T> shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add<T>(takesAll: shouldHandle is null, message =>
        {
            if (shouldHandle is not null && !shouldHandle((T)message)) return false;
            handler((T)message);
            return true;
        });
    }

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    protected void Receive<T>(Func<T, bool> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add<T>(takesAll: false, message => handler((T)message));
    }

    protected void ReceiveAny(Action<object> handler) => Receive(handler);

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T> shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var cell = Cell;
        Receive<T>(message => cell.RunTask(() => handler(message)), shouldHandle);
    }

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync(handler);

    internal override Receive InitialReceive()
    {
        var table = _declaring;
        _declaring = null;
        return table.Handle;
    }

    private HandlerTable Declare(Action configure)
    {
        var outer = _declaring;
        _declaring = new HandlerTable();
        try
        {
            configure();
            return _declaring;
        }
        finally
        {
            _declaring = outer;
        }
    }

    private void Add<T>(bool takesAll, Receive handler)
    {
        if (_declaring is null) throw new InvalidOperationException("handlers are declared in the constructor, or in what is given to Become");
        _declaring.Add(typeof(T), takesAll, handler);
    }
}

/// <summary>For each message type that has come, the handlers that may take it: worked out once.</summary>
internal sealed class HandlerTable
{
    private readonly List<(Type Type, Receive Handle)> _handlers = [];
    private readonly Dictionary<Type, Receive[]> _byType = [];
    private bool _complete;
    private Type _lastType;
    private Receive[] _last;

    public void Add(Type type, bool takesAll, Receive handler)
    {
        if (_complete) throw new InvalidOperationException("a handler that takes every message stands before this one, which would never be called; declare it last");
        _handlers.Add((type, handler));
        _complete = takesAll && type == typeof(object);
    }

    public bool Handle(object message)
    {
        var type = message.GetType();
        foreach (var handle in type == _lastType ? _last : For(type))
        {
            if (handle(message)) return true;
        }
        return false;
    }

    private Receive[] For(Type type)
    {
        if (!_byType.TryGetValue(type, out var handlers))
            _byType[type] = handlers = [.. _handlers.Where(h => h.Type.IsAssignableFrom(type)).Select(h => h.Handle)];
        _lastType = type;
        return _last = handlers;
    }
}
