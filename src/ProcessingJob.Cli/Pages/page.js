// One tip for all points that carry a text: by mouse or finger.
(() => {
  const tip = document.getElementById('tip');
  let shown = null;
  const hide = () => {
    if (shown) shown.classList.remove('on');
    shown = null;
    tip.hidden = true;
  };
  const show = (point) => {
    if (point === shown) return;
    hide();
    shown = point;
    point.classList.add('on');
    tip.textContent = point.dataset.tip;
    tip.hidden = false;
    const at = point.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left + at.width / 2 - tip.offsetWidth / 2, innerWidth - tip.offsetWidth - 8));
    const above = at.top - tip.offsetHeight - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  };
  const over = (event) => {
    const point = event.target.closest('[data-tip]');
    if (point) show(point);
    else hide();
  };
  document.addEventListener('pointerover', over);
  document.addEventListener('click', over);
  addEventListener('scroll', hide, { passive: true, capture: true });
  // Long texts: the answer's tokens are what one wants to see first.
  for (const plot of document.querySelectorAll('.tokens')) {
    const label = plot.querySelector('text.on');
    if (label) plot.scrollLeft = label.getBoundingClientRect().left - plot.getBoundingClientRect().left - plot.clientWidth / 2;
  }
})();
